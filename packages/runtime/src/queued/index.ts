/** What devices share that work through a queue of commands. */
export { bytesOf, QueuedBuffer, type CommandQueue, type QueuedDevice } from "./buffer.ts";
export {
  QueuedExecutable,
  type QueuedArgument,
  type QueuedProgram,
  type QueuedTensor,
} from "./executable.ts";
