import { OperatorError } from '../operator-error.ts';

/** Exit codes of all commands. */
export const exitCodes = { done: 0, failed: 1, wronglyCalled: 2 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a message for its user. */
export class CommandFailure extends OperatorError {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
