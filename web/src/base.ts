const script = import.meta.url;

/** Path of the page and its API, with a trailing slash: '/', or the path that a proxy gives them. Scripts are one folder below. */
export const base = new URL('..', script).pathname;

export const graphqlUrl = `${base}graphql`;
