import { Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Fragments } from './shared-subscriptions/root-fields.ts';

/** What an operation selects, with each seat counted once. */
export interface OperationSize {
  /** Counted as often as they are selected, also through fragments. */
  readonly fields: number;
  /** Of these, fields with the statuses of all seats. */
  readonly maps: number;
}

/** For a valid operation, whose fragments are not recursive. */
export function sizeOf({ selectionSet }: OperationDefinitionNode, fragments: Fragments): OperationSize {
  const known = new Map<string, OperationSize>();
  const ofFragment = (name: string) => {
    const size = known.get(name) ?? ofSelections(fragments[name]?.selectionSet);
    known.set(name, size);
    return size;
  };
  const ofSelections = (set: SelectionSetNode | undefined): OperationSize => {
    let [fields, maps] = [0, 0];
    for (const selection of set?.selections ?? []) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(selection.name.value)
          : ofSelections(selection.selectionSet);
      fields += inner.fields + (selection.kind === Kind.FIELD ? 1 : 0);
      maps += inner.maps + (selection.kind === Kind.FIELD && selection.name.value === 'statuses' ? 1 : 0);
    }
    return { fields, maps };
  };
  return ofSelections(selectionSet);
}
