/** Owns a repository whose settings name a program wherever git lets them: whoever runs it leaves a mark beside the folder. */
import { writeFileSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git, gitLines } from "../emulator/served.ts";

const who = ["-c", "user.name=Mallory", "-c", "user.email=mallory@example.com"] as const;

/** A checkout in which every setting we know of that names a program names one that leaves a mark. */
export async function buildHostileRepository(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  git(folder, "init", "--quiet", "--initial-branch=main", ".");
  const script = join(folder, ".git", "evil.sh");
  await writeFile(script, `#!/bin/sh\necho "$0 $*" >> "${join(folder, "..", "marks")}"\ncat\n`);
  await chmod(script, 0o755);
  await writeFile(join(folder, ".gitattributes"), "* diff=evil filter=evil merge=evil\n");
  await writeFile(join(folder, "a.txt"), "one\n");
  git(folder, ...who, "add", ".");
  git(folder, ...who, "commit", "--quiet", "-m", "one");
  await writeFile(join(folder, "a.txt"), "two\n");
  git(folder, ...who, "commit", "--quiet", "-am", "two");
  signHead(folder);
  await writeFile(join(folder, ".git", "config"), hostileConfiguration(script), { flag: "a" });
  await mkdir(join(folder, ".git", "hooks"), { recursive: true });
  for (const hook of [
    "post-index-change",
    "reference-transaction",
    "fsmonitor-watchman",
    "post-checkout",
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
    "proc-receive",
    "push-to-checkout",
    "pre-merge-commit",
    "post-merge",
    "pre-auto-gc",
    "post-rewrite",
  ]) {
    await writeFile(join(folder, ".git", "hooks", hook), await readFile(script), { mode: 0o755 });
  }
}

/** Puts a signature on the last commit, so that whoever shows signatures would call gpg. */
function signHead(folder: string): void {
  const raw = git(folder, "cat-file", "commit", "HEAD").toString();
  const fake = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----";
  const path = join(folder, ".git", "signed");
  writeFileSync(path, raw.replace("\n\n", `\n${fake}\n\n`));
  const [hash = ""] = gitLines(folder, "hash-object", "-t", "commit", "-w", path);
  git(folder, "update-ref", "refs/heads/main", hash);
}

function hostileConfiguration(script: string): string {
  return `
[core]
	fsmonitor = ${script}
	hooksPath = ${join(script, "..", "hooks")}
	pager = ${script}
	editor = ${script}
	sshCommand = ${script}
	askPass = ${script}
	gitProxy = ${script}
	alternateRefsCommand = ${script}
[pager]
	log = ${script}
	diff = ${script}
	rev-list = ${script}
	for-each-ref = ${script}
[diff]
	external = ${script}
	renames = false
	noprefix = true
	algorithm = patience
[diff "evil"]
	command = ${script}
	textconv = ${script}
	cachetextconv = true
[filter "evil"]
	clean = ${script}
	smudge = ${script}
	process = ${script}
	required = true
[merge "evil"]
	driver = ${script} %A %B
[gpg]
	program = ${script}
[gpg "ssh"]
	program = ${script}
[log]
	showSignature = true
[credential]
	helper = !${script}
[alias]
	cat-file = !${script}
	diff-tree = !${script}
	rev-list = !${script}
[uploadpack]
	packObjectsHook = ${script}
[receive]
	procReceiveRefs = refs/heads
	fsckObjects = true
[tar "tar"]
	command = ${script}
[tar "tar.gz"]
	command = ${script}
[tar "tgz"]
	command = ${script}
	remote = true
[blame]
	ignoreRevsFile = ${script}
[merge]
	tool = evil
[mergetool "evil"]
	cmd = ${script}
[gc]
	auto = 1
[format]
	pretty = %G?%n%H
[interactive]
	diffFilter = ${script}
`;
}
