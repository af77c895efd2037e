/** What every resolver is handed beside its arguments. */
// biome-ignore lint/suspicious/noEmptyInterface: filled in with the resolvers.
export interface GraphqlContext {}
