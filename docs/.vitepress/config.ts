import { existsSync, readFileSync } from 'node:fs';
import { type DefaultTheme, defineConfig } from 'vitepress';

/** Written by `npm run docs:api`, before the site is built. */
const apiSidebar = new URL('../api/typedoc-sidebar.json', import.meta.url);
const api = existsSync(apiSidebar) ? (JSON.parse(readFileSync(apiSidebar, 'utf8')) as DefaultTheme.SidebarItem[]) : [];

const pages = (items: Readonly<Record<string, string>>): { readonly text: string; readonly link: string }[] => Object.entries(items).map(([text, link]) => ({ text, link }));

const sidebar: DefaultTheme.SidebarItem[] = [
  { text: 'Start', items: pages({ Overview: '/', 'Tutorial: your own data': '/tutorial', Concepts: '/concepts' }) },
  {
    text: 'How to',
    items: pages({
      'Bring your data': '/data',
      'Plan a run': '/planning',
      'Mix components': '/guides/components',
      'Compare strategies': '/guides/compare',
      'Items never seen': '/guides/unseen-items',
      'Interrupt and resume': '/guides/resume',
      'Stay within memory': '/guides/memory',
      'Recommend books and news': '/guides/recommendation',
      'Predict and export': '/after-training',
      'Use a GPU': '/guides/gpu',
      'Use from a program': '/guides/program',
      'Replace a component': '/guides/replace',
    }),
  },
  { text: 'Plugins', items: pages({ 'Write a plugin': '/plugins', Versions: '/versioning' }) },
  {
    text: 'Background',
    items: pages({ 'The algorithm': '/algorithm', Metrics: '/metrics', 'The engine': '/engine', Architecture: '/architecture', Benchmarks: '/benchmarks' }),
  },
  {
    text: 'Reference',
    items: [...pages({ Configuration: '/configuration', Commands: '/commands' }), { text: 'API', link: '/api/', collapsed: true, items: api }],
  },
];

export default defineConfig({
  title: 'Gramkit',
  description: 'GRAM: recommenders and knowledge tracing that read their items with a language model, trained many times faster',
  cleanUrls: true,
  rewrites: { 'README.md': 'index.md' },
  markdown: { math: true },
  // The search index and the pages of the API are large by nature.
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: pages({ Tutorial: '/tutorial', Concepts: '/concepts', Plugins: '/plugins', Configuration: '/configuration', API: '/api/' }),
    sidebar,
  },
});
