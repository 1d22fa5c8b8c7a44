// Drawings that only the call needs, on the grid of parts/icons.
export const drawings = {
  microphone_off: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3M4 3l16 18',
  camera_off: 'M5 6h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2zM15 11l6-3.500v9L15 13M4 3l16 18',
  flip: 'M4 8h3.500L9 5.500h6L16.500 8H20v11H4zM9 13.500a3 3 0 0 1 5.500-1.500M15 13.500a3 3 0 0 1-5.500 1.500M14.700 10.200v2h-2M9.300 16.800v-2h2',
  headset: 'M4 15v-3a8 8 0 0 1 16 0v3M4 14h3v6H5.500A1.500 1.500 0 0 1 4 18.500zM20 14h-3v6h1.500a1.500 1.500 0 0 0 1.500-1.500z',
  papers: 'M6 3.500h8l4.500 4.500v12.500H6zM14 3.500V8h4.500M9 12h6M9 15h6M9 18h4',
  screen: 'M3 4.500h18v12H3zM8.500 20.500h7M12 16.500v4',
  signal_fair: 'M5 19v-4M10 19v-7M15 19v.01M20 19v.01',
  sliders: 'M4 7h9M17 7h3M13 5v4M4 12h3M11 12h9M7 10v4M4 17h11M19 17h1M15 15v4',
  signal_poor: 'M5 19v-4M10 19v.01M15 19v.01M20 19v.01',
}
