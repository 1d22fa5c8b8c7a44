export default { title: 'Rating' }
