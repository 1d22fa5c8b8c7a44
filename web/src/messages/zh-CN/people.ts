export default { sign_in: { title: '登录' }, register: { title: '企业注册' } }
