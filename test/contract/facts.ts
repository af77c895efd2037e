import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  print,
  type StringValueNode,
} from 'graphql';

interface Fact {
  readonly signature: string;
  readonly description: string;
}

/** A schema as facts: 'Query.events:first' is 'Int = 20', 'Seat implements Node', 'SalesStatus.DRAFT', and so on. */
export function factsOf(schema: DocumentNode): ReadonlyMap<string, Fact> {
  return new Map(schema.definitions.flatMap(definitionFacts));
}

/** Facts of `contract` that are missing or different in `schema`. A description may continue after an empty line. */
export function differences(contract: DocumentNode, schema: DocumentNode): string[] {
  const found = factsOf(schema);
  return [...factsOf(contract)].flatMap(([name, wanted]) => {
    const fact = found.get(name);
    if (!fact) return [`${name} is missing`];
    if (fact.signature !== wanted.signature) return [`${name} is '${fact.signature}', not '${wanted.signature}'`];
    return describesAs(wanted.description, fact.description) ? [] : [`${name} is described otherwise`];
  });
}

const describesAs = (wanted: string, found: string): boolean =>
  wanted === '' || found === wanted || found.startsWith(`${wanted}\n\n`);

type Entry = [string, Fact];

function definitionFacts(node: DefinitionNode): Entry[] {
  switch (node.kind) {
    case Kind.SCALAR_TYPE_DEFINITION:
      return [fact(node.name.value, 'scalar', node)];
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return [
        fact(node.name.value, node.kind, node),
        ...(node.interfaces ?? []).map((type) => fact(`${node.name.value} implements ${print(type)}`, '')),
        ...(node.fields ?? []).flatMap((field) => fieldFacts(node.name.value, field)),
      ];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return [fact(node.name.value, 'input', node), ...inputFacts(`${node.name.value}.`, node.fields)];
    case Kind.ENUM_TYPE_DEFINITION:
      return [
        fact(node.name.value, 'enum', node),
        ...(node.values ?? []).map((value) => fact(`${node.name.value}.${value.name.value}`, '', value)),
      ];
    case Kind.UNION_TYPE_DEFINITION:
      return [
        fact(node.name.value, 'union', node),
        ...(node.types ?? []).map((type) => fact(`${node.name.value} = ${print(type)}`, '')),
      ];
    default:
      throw new Error(`No facts are drawn from a ${node.kind}`);
  }
}

function fieldFacts(type: string, field: FieldDefinitionNode): Entry[] {
  const name = `${type}.${field.name.value}`;
  return [fact(name, print(field.type), field), ...inputFacts(`${name}:`, field.arguments)];
}

function inputFacts(prefix: string, inputs: readonly InputValueDefinitionNode[] = []): Entry[] {
  return inputs.map((input) => {
    const byDefault = input.defaultValue ? ` = ${print(input.defaultValue)}` : '';
    return fact(`${prefix}${input.name.value}`, print(input.type) + byDefault, input);
  });
}

function fact(name: string, signature: string, node?: ASTNode & { readonly description?: StringValueNode }): Entry {
  return [name, { signature, description: node?.description?.value ?? '' }];
}
