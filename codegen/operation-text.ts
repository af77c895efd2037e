import { createHash } from 'node:crypto';
import { type DocumentNode, Kind, print } from 'graphql';

/** One operation with its fragments as sent: the same text however the document was composed. */
export function operationText({ kind, definitions }: DocumentNode): string {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const byName = fragments.toSorted((one, other) => (one.name.value < other.name.value ? -1 : 1));
  return print({ kind, definitions: [...operations, ...byName] });
}

/** SHA-256 in hexadecimal: the id of a persisted operation. */
export function operationHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
