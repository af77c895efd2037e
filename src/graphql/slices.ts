import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { nextTimeSlice } from '../time-slices.ts';

/** Objects that an operation may complete at once, which takes a few milliseconds. */
const OBJECTS_AT_ONCE = 50;

/** Completes long lists of objects of an operation in time slices. */
export class Slices {
  readonly #atOnce: number;
  #left: number;

  /** @param atOnce objects; `Infinity` for synchronous execution */
  constructor(atOnce = OBJECTS_AT_ONCE) {
    this.#atOnce = atOnce;
    this.#left = atOnce;
  }

  /** The list, now or in a later slice. Reading the list is not delayed, so that the reads of many rows are batched. */
  of(list: unknown): unknown {
    if (list instanceof Promise) return this.#awaited(list);
    return this.#left > 0 ? this.#counted(list) : nextTimeSlice().then(() => this.#counted(list));
  }

  async #awaited(list: Promise<unknown>): Promise<unknown> {
    const given = await list;
    if (this.#left <= 0) await nextTimeSlice();
    return this.#counted(given);
  }

  #counted(list: unknown): unknown {
    if (!Array.isArray(list)) return list;
    this.#left -= list.length;
    return list.length > 2 * this.#atOnce ? inSlices(list, this.#atOnce) : list;
  }
}

/** Resolves each part of the list when its slice begins. */
function inSlices(list: readonly unknown[], atOnce: number): unknown[] {
  let slice: Promise<void> | undefined;
  return list.map((item, position) => {
    if (position % atOnce === 0) slice = slice === undefined ? nextTimeSlice() : slice.then(nextTimeSlice);
    return slice?.then(() => item);
  });
}

/** Makes all resolvers of lists of objects in the schema use slices. */
export function sliceLists(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (givesObjects(field.type)) field.resolve = slicing(field.resolve);
    }
  }
}

/** Whether a field of the type is a list of objects. */
export function givesObjects(type: GraphQLOutputType): boolean {
  const nullable = isNonNullType(type) ? type.ofType : type;
  return isListType(nullable) && isCompositeType(getNamedType(nullable));
}

type SlicingResolver = GraphQLFieldResolver<unknown, { readonly slices: Slices }>;

function slicing(resolve: SlicingResolver = defaultFieldResolver): SlicingResolver {
  return (source, args, context, info) => context.slices.of(resolve(source, args, context, info));
}
