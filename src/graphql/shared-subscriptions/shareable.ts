import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { getArgumentValues, getVariableValues } from 'graphql/execution/values.js';
import { type OperationSize, sizeOf } from '../operation-size.ts';
import { fragmentsOf, rootFieldsOf } from './root-fields.ts';

/** The public subscriptions, and their types, of which no field depends on the viewer. */
const SHARED_FIELDS = ['seatMap', 'availability', 'event'] as const;
const PUBLIC_TYPES = new Set([
  'Subscription',
  'SeatMapUpdate',
  'SeatMapSnapshot',
  'SeatMapDelta',
  'SeatState',
  'Availability',
]);
/** Public fields of other types that need no further reads. */
const PUBLIC_FIELDS = new Set([
  'Event.__typename',
  'Event.id',
  'Event.name',
  'Event.venue',
  'Event.startsAt',
  'Event.timeZone',
  'Event.currency',
  'Event.salesStatus',
  'Event.reservationSeconds',
  'Event.revision',
]);

export type SharedField = (typeof SHARED_FIELDS)[number];

/** An operation with the same result for every subscriber of the event. */
export interface ShareableOperation {
  readonly field: SharedField;
  /** The root field, under its alias. */
  readonly root: FieldNode;
  /** The event's global id in the operation. */
  readonly eventId: string;
  /** The client's revision; null for none. */
  readonly since: number | null;
  /** Name of the operation; undefined if it has none. */
  readonly name: string | undefined;
  /**
   * The declared variables, with their defaults, in the order of declaration, without the one for `since`. Others that a client sends
   * do not change the messages.
   */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly size: OperationSize;
}

/**
 * Returns how a valid operation is shared, if every client that sends it gets the same messages: it has one public root field, and
 * below it only fields of public types. Otherwise null, also for an operation that cannot be executed, whose error graphql-js
 * reports.
 */
export function shareable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  given: Readonly<Record<string, unknown>>,
): ShareableOperation | null {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return null;
  const { root, field, isPublic, size } = shapeOf(schema, document, operation);
  if (root === undefined || field === undefined || !isPublic) return null;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  const asked = coerced && argumentsOf(schema, root, coerced);
  if (asked === null || asked === undefined) return null;
  const own = sinceVariable(root);
  const variables = Object.fromEntries(Object.entries(coerced ?? {}).filter(([name]) => name !== own));
  return { field, root, ...asked, name: operation.name?.value, variables, size };
}

/** The name of the variable for the root field's `since`. */
function sinceVariable({ arguments: given = [] }: FieldNode): string | undefined {
  const value = given.find(({ name }) => name.value === 'since')?.value;
  return value?.kind === Kind.VARIABLE ? value.name.value : undefined;
}

interface Shape {
  readonly root: FieldNode | undefined;
  readonly field: SharedField | undefined;
  readonly isPublic: boolean;
  readonly size: OperationSize;
}

/** Cached by operation, because apps send the same ones again and again. */
const shapes = new WeakMap<OperationDefinitionNode, Shape>();

function shapeOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const known = shapes.get(operation);
  if (known !== undefined) return known;
  const fragments = fragmentsOf(document);
  const [root] = rootFieldsOf(schema, operation, fragments);
  const shape = {
    root,
    field: SHARED_FIELDS.find((name) => name === root?.name.value),
    isPublic: selectsPublicTypesOnly(schema, document, operation),
    size: sizeOf(operation, fragments),
  };
  shapes.set(operation, shape);
  return shape;
}

/** Null if a nullable variable is null, but the argument must not be. */
function argumentsOf(
  schema: GraphQLSchema,
  root: FieldNode,
  variables: Record<string, unknown>,
): Pick<ShareableOperation, 'eventId' | 'since'> | null {
  const definition = schema.getSubscriptionType()?.getFields()[root.name.value];
  try {
    const { eventId, id = eventId, since = null } = definition ? getArgumentValues(definition, root, variables) : {};
    return typeof id === 'string' ? { eventId: id, since: typeof since === 'number' ? since : null } : null;
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

function selectsPublicTypesOnly(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  const own = separateOperations(document)[operation.name?.value ?? ''];
  const types = new TypeInfo(schema);
  let verdict = own !== undefined;
  const checkField = ({ name }: FieldNode) => {
    const parent = types.getParentType()?.name ?? '';
    verdict &&= PUBLIC_TYPES.has(parent) || PUBLIC_FIELDS.has(`${parent}.${name.value}`);
  };
  if (own !== undefined) visit(own, visitWithTypeInfo(types, { Field: checkField }));
  return verdict;
}
