import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { App } from './app.tsx';
import { base } from './base.ts';
import './styles/base.css';
import './styles/header.css';
import './styles/events.css';
import './styles/event.css';
import './styles/panel.css';
import './styles/list.css';
import './styles/tickets.css';
import './styles/organizer.css';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Router base={base.slice(0, -1)}>
        <App />
      </Router>
    </StrictMode>,
  );
}
