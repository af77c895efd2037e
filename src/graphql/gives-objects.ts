import { type GraphQLOutputType, getNamedType, isCompositeType, isListType, isNonNullType } from 'graphql';

/** Whether a field of the type is a list of objects. */
export function givesObjects(type: GraphQLOutputType): boolean {
  const nullable = isNonNullType(type) ? type.ofType : type;
  return isListType(nullable) && isCompositeType(getNamedType(nullable));
}
