// Runs before the first paint, so that nothing flashes up otherwise than the address says, or moves.
{
  const address = new URLSearchParams(location.search);
  document.documentElement.dataset.view = address.get('view') === 'hall' ? 'hall' : 'desk';
  document.documentElement.dataset.sound = address.get('sound') === 'microphone' ? 'microphone' : 'clip';
}
