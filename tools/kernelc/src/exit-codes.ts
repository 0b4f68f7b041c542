/** What the exit status says. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** The user's input is wrong: a kernel, a value, a file. */
  input: 1,
  /** The command line is wrong, whatever the files hold. */
  usage: 2,
  /** The environment lacks something. */
  environment: 3,
  /** A bug of ours. */
  bug: 70,
} as const;
