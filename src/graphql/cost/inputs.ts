import {
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isSpecifiedScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { maxSeats } from '../../events/seating-plan/check.ts';

/** Items of a list in variables: the seats of the largest venue. */
const MAX_ITEMS = maxSeats;
/** Characters of a string in variables. Names, keys, ids, cursors and tokens are much shorter. */
const MAX_TEXT = 10_000;

/** A fault, with its path below the checked value: `.seatIds`, `[3]`. */
interface Fault {
  readonly path: string;
  readonly problem: string;
}

/**
 * Returns why the variables are refused whatever the operation does with them; null if they are not. Lengths are checked first,
 * and only the fields of the declared types are visited.
 */
export function faultOfVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError | null {
  for (const { variable, type } of variableDefinitions) {
    const name = variable.name.value;
    const declared = typeFromAST(schema, type);
    const fault = isInputType(declared) ? faultOf(variables[name], declared) : null;
    if (fault !== null) return badInput(`$${name}${fault.path}`, fault.problem);
  }
  return null;
}

function faultOf(value: unknown, declared: GraphQLInputType): Fault | null {
  const type = isNonNullType(declared) ? declared.ofType : declared;
  if (value === null || value === undefined) return null;
  if (isListType(type)) return Array.isArray(value) ? faultOfList(value, type.ofType) : faultOf(value, type.ofType);
  if (isInputObjectType(type)) return typeof value === 'object' ? faultOfObject(value, type) : null;
  // The schema's own scalars check their bounds.
  if (!isSpecifiedScalarType(type) && !isEnumType(type)) return null;
  if (typeof value === 'string') return faultOfText(value);
  // graphql-js would repeat the whole value in its message.
  return typeof value === 'object' ? { path: '', problem: `is no ${type.name}` } : null;
}

function faultOfText({ length }: string): Fault | null {
  return length > MAX_TEXT ? { path: '', problem: `has ${length} characters; ${MAX_TEXT} is the most` } : null;
}

function faultOfList(items: readonly unknown[], type: GraphQLInputType): Fault | null {
  if (items.length > MAX_ITEMS) return { path: '', problem: `has ${items.length} items; ${MAX_ITEMS} is the most` };
  for (const [position, item] of items.entries()) {
    const fault = faultOf(item, type);
    if (fault !== null) return { ...fault, path: `[${position}]${fault.path}` };
  }
  return null;
}

function faultOfObject(object: object, type: GraphQLInputObjectType): Fault | null {
  for (const field of Object.values(type.getFields())) {
    const fault = faultOf(Reflect.get(object, field.name), field.type);
    if (fault !== null) return { ...fault, path: `.${field.name}${fault.path}` };
  }
  return null;
}

function badInput(path: string, problem: string): GraphQLError {
  return new GraphQLError(`Variable '${path}' ${problem}`, { extensions: { code: 'BAD_USER_INPUT' } });
}
