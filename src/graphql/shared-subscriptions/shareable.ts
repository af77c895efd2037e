import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { getArgumentValues, getVariableValues } from 'graphql/execution/values.js';

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
  /** Of several in the document; undefined where its only one has no name. */
  readonly name: string | undefined;
  /** Those it declares, with their defaults, in its order: whatever else a client sends changes nothing. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Whether everyone who sends this valid operation gets the same. It is decided from the operation: one public root field, and
 * below it only fields of public types. Null if not, which costs no more than sharing; and for what cannot be executed, which the
 * usual way says best.
 */
export function shareable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  given: Readonly<Record<string, unknown>>,
): ShareableOperation | null {
  const operation = getOperationAST(document, operationName);
  const root = operation && onlyField(operation);
  const field = SHARED_FIELDS.find((name) => name === root?.name.value);
  if (operation == null || root == null || field === undefined) return null;
  if (!selectsPublicTypesOnly(schema, document)) return null;
  const { coerced: variables } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  const eventId = variables && eventIdOf(schema, root, variables);
  return eventId == null ? null : { field, eventId, name: operation.name?.value, variables: variables ?? {} };
}

/** The single field that the operation selects by itself; one in a fragment or with a condition is left to the usual way. */
function onlyField({ operation, selectionSet }: OperationDefinitionNode): FieldNode | null {
  const [selection, ...others] = selectionSet.selections;
  if (operation !== 'subscription' || selection?.kind !== Kind.FIELD || others.length > 0) return null;
  return selection.directives?.length ? null : selection;
}

/** Null where a variable that may be null is, and the argument may not. */
function eventIdOf(schema: GraphQLSchema, root: FieldNode, variables: Record<string, unknown>): string | null {
  const definition = schema.getSubscriptionType()?.getFields()[root.name.value];
  try {
    const { eventId } = definition ? getArgumentValues(definition, root, variables) : {};
    return typeof eventId === 'string' ? eventId : null;
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
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
