import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { getArgumentValues } from 'graphql/execution/values.js';

/** The subscriptions that are public, and the types they are made of: no field of these depends on who asks. */
const SHARED_FIELDS = ['seatMap', 'availability'] as const;
const PUBLIC_TYPES = new Set([
  'Subscription',
  'SeatMapUpdate',
  'SeatMapSnapshot',
  'SeatMapDelta',
  'SeatState',
  'Availability',
]);

export type SharedField = (typeof SHARED_FIELDS)[number];

/** An operation that gives every subscriber of the event the same. */
export interface ShareableOperation {
  readonly field: SharedField;
  /** The global id that the operation names. */
  readonly eventId: string;
}

/**
 * Whether everyone who sends this valid operation gets the same. It is decided from the operation: one public root field, and
 * below it only fields of public types. Null if not, which costs no more than sharing.
 */
export function shareable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
): ShareableOperation | null {
  const operation = getOperationAST(document, operationName);
  const root = operation && onlyField(operation);
  const field = SHARED_FIELDS.find((name) => name === root?.name.value);
  if (root == null || field === undefined || !selectsPublicTypesOnly(schema, document)) return null;
  const definition = schema.getSubscriptionType()?.getFields()[field];
  if (definition === undefined) return null;
  const { eventId } = getArgumentValues(definition, root, variables);
  return typeof eventId === 'string' ? { field, eventId } : null;
}

/** The single field that the operation selects by itself; one in a fragment or with a condition is left to the usual way. */
function onlyField({ operation, selectionSet }: OperationDefinitionNode): FieldNode | null {
  const [selection, ...others] = selectionSet.selections;
  if (operation !== 'subscription' || selection?.kind !== Kind.FIELD || others.length > 0) return null;
  return selection.directives?.length ? null : selection;
}

/** By document: those of apps come again and again. */
const verdicts = new WeakMap<DocumentNode, boolean>();

function selectsPublicTypesOnly(schema: GraphQLSchema, document: DocumentNode): boolean {
  const known = verdicts.get(document);
  if (known !== undefined) return known;
  const types = new TypeInfo(schema);
  let verdict = true;
  const checkField = () => {
    verdict &&= PUBLIC_TYPES.has(types.getParentType()?.name ?? '');
  };
  visit(document, visitWithTypeInfo(types, { Field: checkField }));
  verdicts.set(document, verdict);
  return verdict;
}
