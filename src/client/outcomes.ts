/** One of a union's members, told apart by its name. */
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
 * Gives what the function for this outcome does. One that is missing does not compile, unless `otherwise` stands for the rest.
 * @throws TypeError for an outcome that a newer server has and this program does not know
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

/** For the `default` of a `switch` over `__typename`: compiles only where every outcome has its case. */
export function unreachable(outcome: never): never {
  throw new TypeError(`An outcome that this program does not know: ${JSON.stringify(outcome)}`);
}

/** Tells what was refused from what was asked for. */
export function isUserError<Union extends Outcome>(
  outcome: Union,
): outcome is Extract<Union, { readonly code: string }> {
  return 'code' in outcome;
}
