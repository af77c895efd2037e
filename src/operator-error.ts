/** Something that whoever runs the program can mend. The message is a line for them, or a few, and is shown without a stack. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
