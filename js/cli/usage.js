/** What a command returns when it could be done and the answer is no: exit status 1. */
export const THE_ANSWER_IS_NO = 1

/** The command was not given as it should be: exit status 2. */
export class UsageError extends Error {}

/** Something about a file stands in the way: exit status 3. */
export class FileError extends Error {}

/** It was asked for rightly and could not be done: exit status 3. */
export class FailedError extends Error {}
