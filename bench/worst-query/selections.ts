import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
} from 'graphql';

/** A field, or a type condition (`... on Event`), with its selection. */
export interface Selection {
  readonly name: string;
  /** As text: '(first: 100)'. */
  readonly args: string;
  /** Type of an object; null for a leaf. */
  readonly type: GraphQLObjectType | null;
  readonly selected: Selection[];
}

/** Values of arguments by name, or by `Type.field.argument`. */
export type Values = Readonly<Record<string, readonly string[]>>;

/** Creates random queries of a schema, and changes them. */
export class Selections {
  readonly #schema: GraphQLSchema;
  readonly #values: Values;
  readonly #random: () => number;

  /** @param random in [0, 1) */
  constructor(schema: GraphQLSchema, values: Values, random: () => number) {
    this.#schema = schema;
    this.#values = values;
    this.#random = random;
  }

  /** A copy with more selected, or with a part repeated, in one place. */
  grown(root: Selection): Selection {
    const copy = structuredCopy(root);
    const [parent] = this.#some(objectsIn(copy));
    if (parent === undefined) return copy;
    const [twin] = this.#random() < 0.5 ? this.#some(parent.selected) : [];
    parent.selected.push(twin === undefined ? this.#field(parent, 0) : structuredCopy(twin));
    return copy;
  }

  /** A copy without one of its parts. */
  shrunk(root: Selection): Selection {
    const copy = structuredCopy(root);
    const [parent] = this.#some(objectsIn(copy).filter(({ selected }) => selected.length > 1));
    parent?.selected.splice(Math.floor(this.#random() * parent.selected.length), 1);
    return copy;
  }

  fresh(): Selection {
    const type = this.#schema.getQueryType();
    if (!type) throw new Error('the schema has no queries');
    const root: Selection = { name: '', args: '', type, selected: [] };
    root.selected.push(this.#field(root, 0));
    return root;
  }

  #field({ type }: Selection, depth: number): Selection {
    const fields = Object.values(type?.getFields() ?? {});
    const deep = depth > 6 ? fields.filter((field) => isLeafType(getNamedType(field.type))) : fields;
    const [field] = this.#some(deep.length > 0 ? deep : fields);
    if (field === undefined) return { name: '__typename', args: '', type: null, selected: [] };
    const named = getNamedType(field.type);
    const args = this.#arguments(field, `${type?.name}.${field.name}`);
    if (isLeafType(named)) return { name: field.name, args, type: null, selected: [] };
    if (isAbstractType(named)) {
      const [of] = this.#some(this.#schema.getPossibleTypes(named));
      const condition = this.#filled(
        { name: `... on ${of?.name}`, args: '', type: of ?? null, selected: [] },
        depth + 1,
      );
      return { name: field.name, args, type: null, selected: [condition] };
    }
    const object = { name: field.name, args, type: isObjectType(named) ? named : null, selected: [] };
    return this.#filled(object, depth + 1);
  }

  #filled(selection: Selection, depth: number): Selection {
    selection.selected.push(this.#field(selection, depth));
    if (this.#random() < 0.5) selection.selected.push(this.#field(selection, depth));
    return selection;
  }

  #arguments({ args }: GraphQLField<unknown, unknown>, place: string): string {
    const given = args.flatMap(({ name }) => {
      const [value] = this.#some(this.#values[`${place}.${name}`] ?? this.#values[name] ?? []);
      return value === undefined ? [] : [`${name}: ${value}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  /** One at random, if there are any. */
  #some<Value>(of: readonly Value[]): Value[] {
    return of.slice(Math.floor(this.#random() * of.length)).slice(0, 1);
  }
}

function objectsIn(selection: Selection): Selection[] {
  const within = selection.selected.flatMap(objectsIn);
  return selection.type === null ? within : [selection, ...within];
}

function structuredCopy({ selected, ...rest }: Selection): Selection {
  return { ...rest, selected: selected.map(structuredCopy) };
}

/** Each field has an alias of its own, so that none are merged. */
export function textOf(root: Selection): string {
  let aliases = 0;
  const write = ({ name, args, selected }: Selection): string => {
    const within = selected.length === 0 ? '' : ` { ${selected.map(write).join(' ')} }`;
    if (name.startsWith('...')) return `${name}${within}`;
    aliases += 1;
    return `f${aliases}: ${name}${args}${within}`;
  };
  return `{ ${root.selected.map(write).join(' ')} }`;
}
