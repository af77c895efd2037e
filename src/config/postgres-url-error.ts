/** The message says what is expected, to stand after "expected", and nothing that may be secret. */
export class PostgresUrlError extends Error {
  override readonly name = 'PostgresUrlError';
}
