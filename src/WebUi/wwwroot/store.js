// Wraps the browser's storage, which may be blocked (private windows, a setting) or full.
// No function here throws: a page that can't store anything still works.

export function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

// Returns the stored JSON value; null when there is none, or the text is damaged.
export function readJson(name) {
  try {
    return JSON.parse(read(name));
  } catch {
    return null;
  }
}

// Returns whether the value is stored now.
export function write(name, value) {
  try {
    localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

export function remove(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // Blocked storage holds nothing to remove.
  }
}

export function namesUnder(prefix) {
  try {
    return Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index)).filter(name => name?.startsWith(prefix));
  } catch {
    return [];
  }
}

const SINGLE_KEYS = 'gourmetgram.single-keys'; // "off" once the user has switched them off

export const usesSingleKeys = () => read(SINGLE_KEYS) !== 'off';

export const useSingleKeys = on => write(SINGLE_KEYS, on ? 'on' : 'off');
