export default { sign_in: { title: 'Sign in' }, register: { title: 'Register an enterprise' } }
