/** An error that the operator can fix. The message is one or a few lines for them, and is shown without a stack trace. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
