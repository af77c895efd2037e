import { type RefObject, useLayoutEffect, useRef } from 'react';

/** A reference to the value of the last render, for callbacks. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useLayoutEffect(() => {
    ref.current = value;
  });
  return ref;
}
