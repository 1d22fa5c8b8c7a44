export default { title: '评价' }
