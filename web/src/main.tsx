import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
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
      <App />
    </StrictMode>,
  );
}
