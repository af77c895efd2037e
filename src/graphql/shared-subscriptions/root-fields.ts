import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';

export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  return fragments;
}

/** The root fields that a valid subscription selects, after `@skip` and `@include`: one, or none. */
export function rootFieldsOf(
  schema: GraphQLSchema,
  { selectionSet }: OperationDefinitionNode,
  fragments: Fragments,
): readonly FieldNode[] {
  const type = schema.getSubscriptionType();
  if (type == null) return [];
  // Conditions of root fields contain no variables, because validation refuses them.
  const fields = collectFields(schema, { ...fragments }, {}, type, selectionSet);
  return [...fields.values()].flatMap(([field]) => field ?? []);
}
