/** Owns what clone, fetch and push begin with, and giving objects away: git's answers go out as they come. */
import type { Served } from "../process/serve.ts";
import type { GitRepositories } from "../repositories.ts";
import { gitAnswer, gitFailed, wrongContent } from "./answers.ts";
import { withTrueHead } from "./main-branch.ts";
import { flush, packet } from "./packets.ts";
import { bodyOf, protocolOf, type Service } from "./request.ts";
import { type GitManners, talk } from "./service.ts";

/** What every call of git needs. */
export interface Serving {
  readonly repositories: GitRepositories;
  /** Of the repository, as it was given. */
  readonly path: string;
  readonly manners: GitManners;
}

/** `GET info/refs?service=`: what there is. */
export async function advertise(serving: Serving, request: Request, service: Service): Promise<Response> {
  const { location } = await withTrueHead(serving.repositories, serving.path);
  const protocol = protocolOf(request);
  const { manners } = serving;
  const served = talk(location, service, { manners, protocol, input: nothing(), advertise: true });
  // Protocol 2 has no list here and needs no headline; pushing knows no protocol 2.
  const isSecond = service === "git-upload-pack" && protocol?.split(":").includes("version=2") === true;
  const headline = isSecond ? null : Buffer.concat([packet(`# service=${service}\n`), Buffer.from(flush)]);
  return started(served, headline, (body) => gitAnswer(body, service, "advertisement"));
}

/** `POST git-upload-pack`: clone and fetch. */
export async function fetchPack(serving: Serving, request: Request): Promise<Response> {
  const input = bodyOf(request, "git-upload-pack");
  if (input === null) return wrongContent();
  const { location } = await withTrueHead(serving.repositories, serving.path);
  const { manners } = serving;
  const served = talk(location, "git-upload-pack", { manners, protocol: protocolOf(request), input });
  return started(served, null, (body) => gitAnswer(body, "git-upload-pack", "result"));
}

/** The answer once the first bytes are there, so that git that cannot start is a 500 instead of a broken answer. */
async function started(
  { output, exited }: Served,
  headline: Buffer | null,
  answer: (body: ReadableStream<Uint8Array>) => Response,
): Promise<Response> {
  const reader = output.getReader();
  const first = await reader.read();
  if (first.done && (await exited) !== 0) return gitFailed();
  const beginning = [headline, first.value].filter((each) => each !== null && each !== undefined);
  return answer(
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        const ready = beginning.shift();
        if (ready !== undefined) return controller.enqueue(ready);
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    }),
  );
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
