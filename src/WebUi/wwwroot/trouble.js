// Explains to the user why the server can't be reached, what that means for labels it hasn't acknowledged, and when the next attempt is.

const SAID = {
  offline: ['You’re offline.', ''],
  silent: ['The server isn’t responding.', ''],
  busy: ['The server is too busy.', ''],
  failing: ['The server has a problem.', ''],
  foreign: ['The server can’t be reached through this network.', 'You may need to sign in to the network first.'],
  'signed-out': ['You’re signed out.', 'Sign in again to continue.'],
  forbidden: ['Your account can’t review photos any more.', 'Ask an administrator for the annotator role.'],
};

// Returns { title, text, signIn }.
//   outcome  one of those that server.js lists
//   count    labels the server hasn't acknowledged
//   stored   whether the browser stores all of them
export function inWords({ kind, status }, count, stored) {
  const [title, advice] = SAID[kind];
  return {
    title: kind === 'failing' && status ? `The server has a problem (error ${status}).` : title,
    text: [labels(count, stored), advice].filter(Boolean).join(' '),
    signIn: kind === 'signed-out',
  };
}

function labels(count, stored) {
  if (count === 0) return '';
  const many = count === 1 ? '1 label' : `${count} labels`;
  const [is, isNot] = count === 1 ? ['is', 'isn’t'] : ['are', 'aren’t'];
  return stored
    ? `${many} ${is} stored in this browser and will be sent automatically.`
    : `${many} ${isNot} saved yet. Keep this page open.`;
}

// "Trying again in 8 seconds."
export function untilNext(until) {
  const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1000));
  return seconds === 1 ? 'Trying again in 1 second.' : `Trying again in ${seconds} seconds.`;
}
