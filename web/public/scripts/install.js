// The service worker shows a page without a network (web/pages/install-routes.ts). Only the pages of
// signed-in people start it.
if (document.body.classList.contains('shell'))
  addEventListener('load', () => navigator.serviceWorker?.register('/service-worker.js'))
