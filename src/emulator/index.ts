/** The face of the local Bitbucket. */
export { type BuiltRepository, type RepositoryDetails, repository } from "./build/repository.ts";
export {
  admin,
  type ConsumerDetails,
  consumer,
  type PersonDetails,
  person,
  type SeedConsumer,
  type SeedWorkspace,
  type WorkspaceDetails,
  workspace,
} from "./build/seeds.ts";
export {
  branch,
  type CommitDetails,
  commit,
  executable,
  type FileState,
  type Files,
  link,
  merge,
  movedFrom,
  type RepositoryStep,
  type SpecialFile,
  submodule,
  tag,
} from "./build/steps.ts";
export type { EmulatorControl, NewApiToken, RevokeRequest } from "./control/control.ts";
export type { MadeUpEvent } from "./control/deliveries.ts";
export { EmulatorFailure, type EmulatorFailureCode } from "./core/errors.ts";
export type { ArmedFault, Fault } from "./core/faults.ts";
export type { JournalEntry } from "./core/journal.ts";
export type { RuleBundle, Rules } from "./core/rules.ts";
export { readSeed, type Seed, type SeedPerson, type SeedRepository } from "./core/seed.ts";
export type { DataCenterOptions, EmulatedDataCenter } from "./data-center/instance.ts";
export type { DcRules } from "./data-center/rules.ts";
export type { EmulatorAccessToken, EmulatorApiToken } from "./described-tokens.ts";
export {
  createEmulator,
  type Emulator,
  type EmulatorConsumer,
  type EmulatorOptions,
  type EmulatorPerson,
  type GivenRepository,
} from "./emulator.ts";
export { GitFailure, type GitFailureCode } from "./git/errors.ts";
export type { DeliveryEntry } from "./hooks/deliveries.ts";
