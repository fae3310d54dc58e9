// Inverted index

// The key of a record is the name of its file. Each word of a file is emitted once, however often it is in it.
function map(file, text, emit) {
  const words = new Set(text.toLowerCase().match(/\p{Letter}+/gu));
  for (const word of words) {
    emit(word, file);
  }
}

// All files that have the word, in order. A file may have been cut into several records: each is named once.
function reduce(word, files) {
  const names = [...new Set(files)].sort();
  return `${names.length} ${names.join(",")}`;
}
