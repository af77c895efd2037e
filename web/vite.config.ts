import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed } from './compressed.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `npx vite web` serves it during development, with a server on port 4000. */
export default defineConfig({
  root: at('.'),
  // A proxy may add a path: the server writes the path to the root into each page.
  base: './',
  plugins: [react(), compressed()],
  resolve: { alias: { '@holdfast/client': at('../src/client/index.ts') } },
  build: {
    outDir: at('../dist/web'),
    emptyOutDir: true,
    // The page's CSP forbids inline resources.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
