import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { getArgumentValues, getVariableValues } from 'graphql/execution/values.js';
import { type OperationSize, sizeOf } from './operation-size.ts';
import { fragmentsOf, rootFieldsOf } from './root-fields.ts';

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
  readonly size: OperationSize;
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
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return null;
  const { root, field, isPublic, size } = shapeOf(schema, document, operation);
  if (root === undefined || field === undefined || !isPublic) return null;
  const { coerced: variables } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  const eventId = variables && eventIdOf(schema, root, variables);
  return eventId == null ? null : { field, eventId, name: operation.name?.value, variables: variables ?? {}, size };
}

interface Shape {
  readonly root: FieldNode | undefined;
  readonly field: SharedField | undefined;
  readonly isPublic: boolean;
  readonly size: OperationSize;
}

/** By operation: those of apps come again and again. */
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

function selectsPublicTypesOnly(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  const own = separateOperations(document)[operation.name?.value ?? ''];
  const types = new TypeInfo(schema);
  let verdict = own !== undefined;
  const checkField = () => {
    verdict &&= PUBLIC_TYPES.has(types.getParentType()?.name ?? '');
  };
  if (own !== undefined) visit(own, visitWithTypeInfo(types, { Field: checkField }));
  return verdict;
}
