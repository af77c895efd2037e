import { wheelchairPath } from './shapes.ts';

export function Wheelchair() {
  return (
    <svg className="wheelchair" viewBox="-1.1 -1.2 2.2 2.2" aria-hidden="true">
      <path d={wheelchairPath} />
    </svg>
  );
}
