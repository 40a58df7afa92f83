// What a visitor chose, kept in this browser. Where storage is forbidden (some frames and private
// windows throw at the first touch of it) nothing is kept and nothing breaks.
const memory = {
  read(kind, key) {
    try {
      return window[kind].getItem(key);
    } catch {
      return null;
    }
  },
  write(kind, key, value) {
    try {
      if (value === null) window[kind].removeItem(key);
      else window[kind].setItem(key, value);
    } catch {
      // It is only a convenience.
    }
  },
};
