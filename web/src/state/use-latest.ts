import { type RefObject, useLayoutEffect, useRef } from 'react';

/** What it is at present, for what is called later. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useLayoutEffect(() => {
    ref.current = value;
  });
  return ref;
}
