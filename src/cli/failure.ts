import { OperatorError } from '../operator-error.ts';

/** How every command ends. */
export const exitCodes = { done: 0, failed: 1, wronglyCalled: 2 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a line for whoever gave it. */
export class CommandFailure extends OperatorError {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
