// Drawings that only the call needs, on the grid of parts/icons.
export const drawings = {
  microphone_off: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3M4 3l16 18',
  camera_off: 'M5 6h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2zM15 11l6-3.500v9L15 13M4 3l16 18',
  flip: 'M4 8h3.500L9 5.500h6L16.500 8H20v11H4zM9 13.500a3 3 0 0 1 5.500-1.500M15 13.500a3 3 0 0 1-5.500 1.500M14.700 10.200v2h-2M9.300 16.800v-2h2',
  signal_fair: 'M5 19v-4M10 19v-7M15 19v.01M20 19v.01',
  signal_poor: 'M5 19v-4M10 19v.01M15 19v.01M20 19v.01',
}
