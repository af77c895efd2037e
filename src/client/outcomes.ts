/** A member of a union, by its `__typename`. */
export interface Outcome {
  readonly __typename: string;
}

/** A function for each member of the union. */
export type Cases<Union extends Outcome> = {
  readonly [Name in Union['__typename']]: (outcome: Extract<Union, { readonly __typename: Name }>) => unknown;
};

type ResultOf<Functions> = Functions[keyof Functions] extends (...args: never[]) => infer Result ? Result : never;

type NoOthers<Functions, Union extends Outcome> = {
  readonly [Name in Exclude<keyof Functions, Union['__typename']>]: never;
};

/**
 * Returns the result of the function for this outcome. A missing one does not compile, unless there is `otherwise`.
 * @throws TypeError for an outcome of a newer server that this program does not know
 */
export function match<Union extends Outcome, const Functions extends Cases<Union>>(
  outcome: Union,
  cases: Functions & NoOthers<Functions, Union>,
): ResultOf<Functions>;
export function match<Union extends Outcome, const Functions extends Partial<Cases<Union>>, Rest>(
  outcome: Union,
  cases: Functions & NoOthers<Functions, Union>,
  otherwise: (outcome: Exclude<Union, { readonly __typename: keyof Functions }>) => Rest,
): ResultOf<Functions> | Rest;
export function match(
  outcome: Outcome,
  cases: Readonly<Record<string, (outcome: never) => unknown>>,
  otherwise: (outcome: never) => unknown = unreachable,
): unknown {
  const known = Object.hasOwn(cases, outcome.__typename) ? cases[outcome.__typename] : undefined;
  return (known ?? otherwise)(outcome as never);
}

/** For the `default` of a `switch` over `__typename`: compiles only if every outcome has its case. */
export function unreachable(outcome: never): never {
  throw new TypeError(`An outcome that this program does not know: ${JSON.stringify(outcome)}`);
}

/** Whether an outcome is a user error. */
export function isUserError<Union extends Outcome>(
  outcome: Union,
): outcome is Extract<Union, { readonly code: string }> {
  return 'code' in outcome;
}
