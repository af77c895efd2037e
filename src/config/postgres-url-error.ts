/** The message says what is expected, to follow the word "expected". It contains nothing that may be secret. */
export class PostgresUrlError extends Error {
  override readonly name = 'PostgresUrlError';
}
