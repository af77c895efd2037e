import { InvalidArgumentError, Option } from 'commander';

/** The option `--only <what...>`, which takes some of the names; without it the list is empty, which means all. */
export function onlyOption<Name extends string>(what: string, names: readonly Name[]): Option {
  const known = names.join(', ');
  return new Option(`--only <${what}...>`, `of ${known}`)
    .argParser((text: string, before: readonly Name[]): Name[] => {
      const name = names.find((each) => each === text);
      if (name === undefined) throw new InvalidArgumentError(`expected some of ${known}`);
      return [...before, name];
    })
    .default([], 'all');
}
