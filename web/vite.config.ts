import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed } from './compressed.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `npx vite web` serves it as it is being written, beside a server on port 4000. */
export default defineConfig({
  root: at('.'),
  // A proxy may have it under a path of its own: the server writes the way to the root into each page.
  base: './',
  plugins: [react(), compressed()],
  resolve: { alias: { '@holdfast/client': at('../src/client/index.ts') } },
  build: {
    outDir: at('../dist/web'),
    emptyOutDir: true,
    // Nothing inline: the policy of the page forbids it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
