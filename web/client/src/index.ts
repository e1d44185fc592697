export { type AfterClose, afterClose } from "./backoff";
export { type Asked, Client, type ClientEvents, type ClientOptions, type Outcome, type Wish } from "./client";
export type { ServerClock } from "./clock";
export type { ClosedReason, Socket, Status } from "./connection";
export * from "./messages";
export { COMMANDS_MAX, type CommandStorage, GIVE_UP_AFTER_MS } from "./outbox";
export { ReadError, type Texts } from "./schema";
export { brokenPromiseId, fold, isOpen, NOTHING_KNOWN, type State } from "./state";
