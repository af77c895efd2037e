const script = import.meta.url;

/** The path that the page and its API are under, with a slash at its end: '/', unless a proxy has them elsewhere. Scripts are one folder below. */
export const base = new URL('..', script).pathname;

export const graphqlUrl = `${base}graphql`;
