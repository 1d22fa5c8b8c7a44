export default { service: { title: '服务' }, slots: { title: '选时间' }, list: { title: '我的预约' }, one: { title: '预约' }, form: { title: '填信息' }, find: { title: '查预约' } }
