/** Owns the emulator an app of others signs people in with: a consumer for that app's callback, and nothing else. */
import { createEmulator, type Emulator, type EmulatorConsumer } from "../../src/emulator/emulator.ts";

export interface CloudPlace {
  readonly emulator: Emulator;
  /** Its callback URL is `origin` with the path. */
  readonly consumer: EmulatorConsumer;
}

export async function cloudFor(callbackUrl: string): Promise<CloudPlace> {
  const emulator = await createEmulator({ callbackUrl, dataCenter: false, server: false });
  const [consumer] = emulator.consumers;
  if (consumer === undefined) throw new Error("the emulator has no consumer");
  return { emulator, consumer };
}
